export default async function ({ data }) {
  await fetch(data.path, {
    method: "POST",
    credentials: "same-origin",
    headers: { "content-type": "application/json" },
  }).catch(() => null)
  window.location.assign("/")
}
