// Pictures, videos and files.
//
// Only what the sandbox itself serves is loaded. A picture from anywhere else is a
// frame with its description and its host, so opening the page tells nobody.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { safeUrl } from "./tokens.js";

/** True for addresses on this very sandbox. */
export function isOurs(url) {
  return URL.canParse(url, location.href) && new URL(url, location.href).origin === location.origin;
}

function host(url) {
  return URL.canParse(url) ? new URL(url).host : "no address";
}

/** A picture of our own, or the frame that stands for one from elsewhere. */
export function image(
  { image_url: url, slack_file: file, alt_text: description = "" },
  { small = false } = {},
) {
  const source = url ?? file?.url ?? "";
  if (source && isOurs(source)) return ownPicture(source, description, small);
  return frame(source, description, small);
}

function ownPicture(source, description, small) {
  const picture = h("img", {
    class: small ? "thumb" : "picture",
    src: source,
    alt: description,
    loading: "lazy",
  });
  picture.addEventListener("error", () => picture.replaceWith(frame(source, description, small)), {
    once: true,
  });
  return picture;
}

function frame(source, description, small) {
  const text = h(
    "span",
    { class: "frame-text" },
    h("span", {}, description || "Picture"),
    h("span", { class: "frame-host" }, host(source)),
  );
  return h(
    "div",
    {
      class: small ? "frame frame-small" : "frame",
      role: "img",
      "aria-label": description || "Picture",
      title: `${description} (${source})`,
    },
    icon("picture"),
    small ? null : text,
  );
}

/** A video is never played here: its title, its provider and the way to it. */
export function video(block) {
  const title = block.title?.text ?? "Video";
  const address = block.title_url ?? block.video_url;
  const heading =
    address && safeUrl(address)
      ? h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, title)
      : title;
  return h(
    "div",
    { class: "frame frame-video" },
    h("span", { class: "play", "aria-hidden": "true" }, icon("play")),
    h(
      "span",
      { class: "frame-text" },
      h("strong", {}, heading),
      block.description ? h("span", {}, block.description.text) : null,
      h("span", { class: "frame-host" }, block.author_name ?? block.provider_name ?? host(block.video_url)),
    ),
  );
}

function size(bytes) {
  if (!Number.isFinite(bytes)) return "";
  return bytes < 1024
    ? `${bytes} B`
    : bytes < 1_048_576
      ? `${Math.round(bytes / 1024)} kB`
      : `${(bytes / 1_048_576).toFixed(1)} MB`;
}

/** A shared file: a picture if it is one, else a card to open it. */
export function fileCard(file) {
  const address = file.url_private ?? file.permalink ?? "";
  if (file.mimetype?.startsWith("image/") && isOurs(address))
    return image({ image_url: address, alt_text: file.title ?? file.name });
  const text = h(
    "span",
    { class: "file-text" },
    h("strong", {}, file.title || file.name || "File"),
    h(
      "span",
      { class: "menu-detail" },
      [file.pretty_type ?? file.filetype, size(file.size)].filter(Boolean).join(" · "),
    ),
  );
  const inside = [icon("file"), text];
  return address && safeUrl(new URL(address, location.href).href)
    ? h("a", { class: "file", href: address, target: "_blank", rel: "noopener noreferrer" }, inside)
    : h("div", { class: "file" }, inside);
}
