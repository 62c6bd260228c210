export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button")
  const status = parentElement.querySelector("[role=status]")
  let timer = 0

  button.onclick = async () => {
    clearTimeout(timer)
    let done = true
    try {
      await navigator.clipboard.writeText(data.text)
    } catch {
      done = false
    }
    status.textContent = done ? "Copied" : "Copying is not possible here"
    button.title = status.textContent
    button.classList.toggle("done", done)
    timer = setTimeout(() => {
      status.textContent = ""
      button.title = "Copy answer"
      button.classList.remove("done")
    }, 2000)
  }
  return () => clearTimeout(timer)
}
