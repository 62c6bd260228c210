const LEAST_PASSWORD = 10

export default function ({ data, parentElement }) {
  const find = (selector) => parentElement.querySelector(selector)
  const form = find("form")
  const { name, email, password } = form.elements
  const error = find(".error")
  const submit = find(".primary")
  const other = find(".other")
  // Kept in the page: Streamlit may call this again at any time.
  const joining = () => "joining" in form.dataset

  // Where single sign-on comes back to: this page, without what an earlier try came back with.
  const here = () => {
    const address = new URL(window.location.href)
    address.searchParams.delete(data.trouble.parameter)
    return address.pathname + address.search
  }

  const drawElsewhere = () => {
    const links = data.elsewhere.map(({ label, start }) => {
      const link = find("template").content.firstElementChild.cloneNode(true)
      link.href = `${start}?${new URLSearchParams({ return_to: here() })}`
      link.querySelector("span").textContent = `${data.words.continue} ${label}`
      return link
    })
    find(".elsewhere").replaceChildren(...links)
    find(".elsewhere").hidden = links.length === 0
  }

  const tell = () => {
    if (data.trouble.text === null || "told" in form.dataset) return
    form.dataset.told = ""
    error.textContent = data.trouble.text
    window.history.replaceState(window.history.state, "", here())
  }

  const draw = () => {
    const words = joining() ? data.words.join : data.words.enter
    find("h1").textContent = words.title
    find(".lead").textContent = words.lead
    find(".note").textContent = data.login === null ? data.words.only_elsewhere : words.note
    for (const each of parentElement.querySelectorAll(".by-password")) each.hidden = data.login === null
    email.required = password.required = data.login !== null
    submit.textContent = words.verb
    other.textContent = words.other
    other.hidden = data.signup === null
    find(".name").hidden = !joining()
    name.required = joining()
    password.autocomplete = joining() ? "new-password" : "current-password"
    password.minLength = joining() ? LEAST_PASSWORD : 1
  }

  const send = async () => {
    const person = { email: email.value.trim(), password: password.value, session: "cookie" }
    const answer = await fetch(joining() ? data.signup : data.login, {
      method: "POST",
      credentials: "same-origin",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(joining() ? { ...person, name: name.value.trim() } : person),
    })
    if (answer.ok) return null
    const failure = await answer.json().catch(() => null)
    return failure?.error?.message ?? data.words.unreadable
  }

  form.onsubmit = async (event) => {
    event.preventDefault()
    error.textContent = ""
    submit.disabled = true
    const trouble = await send().catch(() => data.words.unreachable)
    if (trouble === null) return window.location.reload()
    submit.disabled = false
    error.textContent = trouble
    password.select()
    password.focus()
  }
  other.onclick = () => {
    form.toggleAttribute("data-joining")
    error.textContent = ""
    draw()
    ;(joining() ? name : email).focus()
  }
  const eye = find(".eye")
  eye.onclick = () => {
    const shown = password.type === "password"
    password.type = shown ? "text" : "password"
    eye.setAttribute("aria-pressed", String(shown))
  }
  draw()
  drawElsewhere()
  tell()
}
