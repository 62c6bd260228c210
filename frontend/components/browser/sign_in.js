export default function ({ data, parentElement }) {
  parentElement.querySelector("form").textContent = JSON.stringify(data)
}
