// A room that fills would be all arrivals: those in a row are told in one line.

const ARRIVAL = /^(<@\w+>) has joined the /;

/** The messages, with each run of arrivals as one; a run ends where `newFrom` begins. */
export function gathered(messages, newFrom) {
  const runs = [];
  for (const message of messages) {
    const name = arrival(message);
    const run = runs.at(-1);
    if (name && run?.names.length && message.ts !== newFrom) run.names.push(name);
    else runs.push({ message, names: name ? [name] : [] });
  }
  return runs.map(({ message, names }) =>
    names.length > 1 ? { ...message, text: sentence(names) } : message,
  );
}

function arrival({ subtype, text }) {
  if (subtype !== "channel_join" && subtype !== "group_join") return null;
  return ARRIVAL.exec(text ?? "")?.[1] ?? null;
}

function sentence(names) {
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)} have joined the channel`;
}
