// The composer is made after this part and replaced later, so its events are listened for on the document.
const COMPOSER = "[data-testid=stChatInput] textarea"
const SEND = "[data-testid=stChatInputSubmitButton]"
const PAUSE_MS = 350
const LEAST_CHARACTERS = 12
const SURE = 0.75
const LEAST_TOKENS = 16
const STOP = ".st-key-stop"
const RETURN = "fairlead-return"
const silentKey = (conversation) => `fairlead-silent-${conversation ?? "new"}`

const amount = (text) => {
  const value = Number(text)
  if (value === 0) return "0"
  return value < 0.01 ? "0.01" : value.toLocaleString("en", { maximumFractionDigits: value < 1 ? 2 : 1 })
}

const range = ({ credits_low: low, credits_high: high }) =>
  amount(low) === amount(high) ? `about ${amount(high)} credits` : `about ${amount(low)} to ${amount(high)} credits`

// What was ignored in a new chat stays ignored in the conversation that it became, and only there.
const settle = (conversation) => {
  if (conversation === null || sessionStorage.getItem(silentKey(null)) === null) return
  sessionStorage.removeItem(silentKey(null))
  sessionStorage.setItem(silentKey(conversation), "1")
}

// Such as "a phone number and 2 e-mail addresses".
const held = (personal, kinds) => {
  const counts = new Map()
  for (const { kind } of personal) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  const named = [...counts].map(([kind, count]) => (count === 1 ? kinds[kind][0] : `${count} ${kinds[kind][1]}`))
  return named.length > 1 ? `${named.slice(0, -1).join(", ")} and ${named.at(-1)}` : named[0]
}

// What may be done about personal data, unless the plan does it by itself or lets it be.
const masking = (found, data) =>
  found.personal?.length && !["allow", "mask"].includes(found.personal_data) ? (data.masks ? "off" : "on") : null

// One message at most, the most pressing first.
function message(found, data, silent) {
  const { risk, recommended_assistant: other, estimate } = found
  const category = data.categories[found.category] ?? found.category
  if (risk.action === "block") return { tone: "bad", text: `This will not be sent. ${risk.message}` }
  const mask = masking(found, data)
  const holds = found.personal?.length > 0 && held(found.personal, data.kinds)
  if (risk.action === "warn" && mask !== "off") return { tone: "warn", text: risk.message, mask, cost: range(estimate) }
  if (found.obstacle && mask !== "off") return { tone: "warn", text: found.obstacle, mask }
  if (mask === "on") return { tone: "warn", text: `Looks like it holds ${holds}.`, mask, cost: range(estimate) }
  const most = estimate.affordable_max_tokens
  if (!found.affordable || most !== null) {
    const left = estimate.spendable === null ? data.left : amount(estimate.spendable)
    const text = `About ${amount(estimate.credits_high)} credits, ${left} left.`
    return { tone: "warn", text, shorter: most >= LEAST_TOKENS ? most : null }
  }
  if (mask === "off" || (holds && found.personal_data === "mask"))
    return { text: `Masked when sent: ${holds}.`, mask, cost: range(estimate) }
  const better = other && data.names[other.family] && ![data.assistant, "auto"].includes(other.family)
  if (better && data.assistant !== "auto" && found.confidence >= SURE && !silent)
    return { text: `Looks like ${category.toLowerCase()}.`, use: other.family, cost: range(estimate) }
  return { text: `${category}, ${found.complexity}`, cost: range(estimate) }
}

// Streamlit calls the part again whenever its data changes, and the clean-up only when it goes.
const strips = new WeakMap()

export default function ({ data, parentElement, setTriggerValue }) {
  if (!strips.has(parentElement)) strips.set(parentElement, new Strip(parentElement))
  const strip = strips.get(parentElement)
  strip.update(data, setTriggerValue)
  return () => {
    strip.close()
    strips.delete(parentElement)
  }
}

class Strip {
  #said
  #act
  #cost
  #data = null
  #offered = null
  #shorter = null
  #masking = null
  #timer = 0
  #back = 0
  #asking = new AbortController()
  #listening = new AbortController()

  constructor(element) {
    this.#said = element.querySelector(".said")
    this.#act = element.querySelector("button")
    this.#cost = element.querySelector(".cost")
    const { signal } = this.#listening
    document.addEventListener("input", (event) => event.target.matches?.(COMPOSER) && this.#look(event.target), { signal })
    document.addEventListener("keydown", (event) => sends(event) && this.#sent(), { signal, capture: true })
    document.addEventListener("click", (event) => event.target.closest?.(SEND) && this.#sent(), { signal, capture: true })
    document.addEventListener("pointerdown", (event) => leaves(event) && sessionStorage.removeItem(RETURN), { signal })
    document.addEventListener("keydown", (event) => event.key === "Tab" && sessionStorage.removeItem(RETURN), { signal })
    this.#back = setInterval(welcomeBack, 150)
  }

  update(data, setTriggerValue) {
    const facts = ({ assistant, conversation, attachments, masks } = {}) =>
      `${assistant} ${conversation} ${attachments} ${masks}`
    const changed = facts(data) !== facts(this.#data ?? undefined)
    this.#data = data
    settle(data.conversation)
    this.#act.onclick = () =>
      this.#masking !== null
        ? setTriggerValue("mask", this.#masking)
        : this.#shorter === null
          ? setTriggerValue("use", this.#offered)
          : setTriggerValue("shorter", { text: document.querySelector(COMPOSER)?.value ?? "", tokens: this.#shorter })
    const composer = document.querySelector(COMPOSER)
    if (changed && composer) this.#look(composer)
  }

  close() {
    this.#forget()
    clearInterval(this.#back)
    this.#listening.abort()
  }

  #show({ text = "", tone = "", use = null, mask = null, cost = "", shorter = null }) {
    this.#said.textContent = text
    this.#said.dataset.tone = tone
    this.#cost.textContent = cost
    this.#offered = use
    this.#shorter = shorter
    this.#masking = mask
    this.#act.hidden = use === null && shorter === null && mask === null
    if (mask !== null) this.#act.textContent = mask === "on" ? "Mask it" : "Send as is"
    else if (shorter !== null) this.#act.textContent = "Send, answer short"
    else if (use !== null) this.#act.textContent = `Use ${this.#data.names[use]}`
  }

  #forget() {
    clearTimeout(this.#timer)
    this.#asking.abort()
    this.#show({})
  }

  #look(composer) {
    clearTimeout(this.#timer)
    const draft = composer.value.trim()
    if (draft.length < LEAST_CHARACTERS) return this.#forget()
    this.#timer = setTimeout(() => this.#ask(draft), PAUSE_MS)
  }

  async #ask(draft) {
    this.#asking.abort()
    this.#asking = new AbortController()
    const { path, conversation, assistant, attachments } = this.#data
    try {
      const answer = await fetch(path, {
        method: "POST",
        credentials: "same-origin",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ prompt: draft, conversation_id: conversation, assistant, attachments }),
        signal: this.#asking.signal,
      })
      if (!answer.ok) return this.#show({})
      const silent = sessionStorage.getItem(silentKey(conversation)) !== null
      this.#show(message(await answer.json(), this.#data, silent))
    } catch (error) {
      if (error.name !== "AbortError") this.#show({})
    }
  }

  #sent() {
    sessionStorage.setItem(RETURN, "1")
    if (this.#offered !== null) sessionStorage.setItem(silentKey(this.#data.conversation), "1")
    this.#forget()
  }
}

// While an answer is written the composer is disabled and loses the focus; whoever typed there wants to go on, unless
// they went elsewhere. When it is replaced and disabled is not known here, so the wish lasts until they do.
const welcomeBack = () => {
  if (sessionStorage.getItem(RETURN) === null || document.activeElement !== document.body) return
  const composer = document.querySelector(COMPOSER)
  if (composer?.disabled === false && window.matchMedia("(hover: hover)").matches) composer.focus()
}

const leaves = (event) => !event.target.closest?.(`${STOP}, [data-testid=stChatInput]`)

const sends = (event) =>
  event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.matches?.(COMPOSER)
