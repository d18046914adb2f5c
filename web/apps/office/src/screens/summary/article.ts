const stylesheet = "/assets/summary.css";

const unwanted = "script, iframe, object, embed, form, base, meta, link, style, template";

/**
 * The article of a page that the server wrote, as elements. It is read by a parser that runs nothing, and nothing that could
 * run is taken over; its style sheet is asked for once.
 */
export function articleOf(html: string, page: Document = document): readonly Node[] {
  const doc = new DOMParser().parseFromString(html, "text/html");
  const article = doc.querySelector("article.summary") ?? doc.querySelector("main") ?? doc.body;
  for (const e of article.querySelectorAll(unwanted)) e.remove();
  for (const e of article.querySelectorAll("*")) {
    for (const a of Array.from(e.attributes)) {
      if (/^on/i.test(a.name) || a.name === "style" || (/^(?:xlink:)?href$|^src$|^action$|^formaction$/i.test(a.name) && !/^(?:\/(?!\/)|#)/.test(a.value.trim()))) e.removeAttribute(a.name);
    }
  }
  if (!page.querySelector(`link[href="${stylesheet}"]`)) {
    const link = page.createElement("link");
    link.rel = "stylesheet";
    link.href = stylesheet;
    page.head.append(link);
  }
  // Taking a node over removes it from the list: the list is copied first.
  return [...article.childNodes].map((n) => page.adoptNode(n));
}
