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

  const draw = () => {
    const words = joining() ? data.words.join : data.words.enter
    find("h1").textContent = words.title
    find(".lead").textContent = words.lead
    find(".note").textContent = words.note
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
}
