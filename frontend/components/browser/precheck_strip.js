// The composer is made after this part and replaced later, so its events are listened for on the document.
const COMPOSER = "[data-testid=stChatInput] textarea"
const SEND = "[data-testid=stChatInputSubmitButton]"
const PAUSE_MS = 350
const LEAST_CHARACTERS = 12
const SURE = 0.75
const silentKey = (conversation) => `fairlead-silent-${conversation ?? "new"}`

const amount = (text) => {
  const value = Number(text)
  return value < 0.01 ? "0.01" : value.toLocaleString("en", { maximumFractionDigits: value < 1 ? 2 : 1 })
}

const range = ({ credits_low: low, credits_high: high }) =>
  amount(low) === amount(high) ? `about ${amount(high)} credits` : `about ${amount(low)} to ${amount(high)} credits`

// One message at most, the most pressing first.
export function message(found, data, silent) {
  const { risk, recommended_assistant: other, estimate } = found
  const category = data.categories[found.category] ?? found.category
  if (risk.action === "block") return { tone: "bad", text: `This will not be sent. ${risk.message}` }
  if (risk.action === "warn") return { tone: "warn", text: risk.message, cost: range(estimate) }
  if (!found.affordable)
    return { tone: "warn", text: `About ${amount(estimate.credits_high)} credits, ${data.left} left.` }
  const better = other && data.names[other.family] && ![data.assistant, "auto"].includes(other.family)
  if (better && data.assistant !== "auto" && found.confidence >= SURE && !silent)
    return { text: `Looks like ${category.toLowerCase()}.`, use: other.family, cost: range(estimate) }
  return { text: `${category}, ${found.complexity}`, cost: range(estimate) }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const said = parentElement.querySelector(".said")
  const act = parentElement.querySelector("button")
  const cost = parentElement.querySelector(".cost")
  let timer = 0
  let asking = null
  let offered = null

  const show = ({ text = "", tone = "", use = null, cost: price = "" }) => {
    said.textContent = text
    said.dataset.tone = tone
    cost.textContent = price
    offered = use
    act.hidden = use === null
    if (use !== null) act.textContent = `Use ${data.names[use]}`
  }
  const forget = () => {
    clearTimeout(timer)
    asking?.abort()
    show({})
  }

  const ask = async (draft) => {
    asking?.abort()
    asking = new AbortController()
    try {
      const answer = await fetch(data.path, {
        method: "POST",
        credentials: "same-origin",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ prompt: draft, conversation_id: data.conversation, assistant: data.assistant }),
        signal: asking.signal,
      })
      if (!answer.ok) return show({})
      const silent = sessionStorage.getItem(silentKey(data.conversation)) !== null
      show(message(await answer.json(), data, silent))
    } catch (error) {
      if (error.name !== "AbortError") show({})
    }
  }

  const look = (composer) => {
    clearTimeout(timer)
    const draft = composer.value.trim()
    if (draft.length < LEAST_CHARACTERS) return forget()
    timer = setTimeout(() => ask(draft), PAUSE_MS)
  }
  const sent = () => {
    if (offered !== null) sessionStorage.setItem(silentKey(data.conversation), "1")
    forget()
  }

  const onInput = (event) => event.target.matches?.(COMPOSER) && look(event.target)
  const onKey = (event) =>
    event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.matches?.(COMPOSER) && sent()
  const onClick = (event) => event.target.closest?.(SEND) && sent()
  document.addEventListener("input", onInput)
  document.addEventListener("keydown", onKey, true)
  document.addEventListener("click", onClick, true)
  act.onclick = () => setTriggerValue("use", offered)

  const composer = document.querySelector(COMPOSER)
  if (composer) look(composer)
  return () => {
    forget()
    document.removeEventListener("input", onInput)
    document.removeEventListener("keydown", onKey, true)
    document.removeEventListener("click", onClick, true)
  }
}
