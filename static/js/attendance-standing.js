// How things stand: what the server said last, and what waits in the queue on top of it. Pure.

// One person: the earliest sign-in, the latest sign-out, and what may be taken back.
export function standingOf(row, items, undoFor, now) {
  const undone = new Set(items.filter((i) => i.kind === "annul").map((i) => i.annuls));
  const waiting = items.filter((i) => i.kind !== "annul" && !undone.has(i.id));
  const told = { in: row.in, out: row.out };
  if (row.last && undone.has(row.last[0])) told[row.last[1]] = null;
  const ins = [told.in, ...waiting.filter((i) => i.kind === "in").map((i) => i.at)];
  const outs = [told.out, ...waiting.filter((i) => i.kind === "out").map((i) => i.at)];
  return {
    in: extreme(ins, Math.min),
    out: extreme(outs, Math.max),
    waits: items.length > 0,
    last: lastOf(row, waiting, undone, undoFor, now),
  };
}

function extreme(moments, pick) {
  const known = moments.filter((moment) => moment != null);
  return known.length ? pick(...known) : null;
}

function lastOf(row, waiting, undone, undoFor, now) {
  const item = waiting.at(-1);
  if (item) {
    return item.at + undoFor > now ? { id: item.id, kind: item.kind, at: item.at } : null;
  }
  if (!row.last || undone.has(row.last[0])) return null;
  const [id, kind, until] = row.last;
  return until > now ? { id, kind, at: until - undoFor } : null;
}

// The whole register with everybody's standing; `last` is what was done last on this phone.
export function standings(register, queue, now) {
  const mine = new Map();
  for (const item of queue) {
    if (item.session !== register.session || !item.person) continue;
    if (!mine.has(item.person)) mine.set(item.person, []);
    mine.get(item.person).push(item);
  }
  const rows = register.rows.map((row) => ({
    ...row,
    ...standingOf(row, mine.get(row.p) ?? [], register.undoFor, now),
  }));
  const undoable = rows.filter((row) => row.last);
  const last = undoable.reduce((a, b) => (a && a.last.at >= b.last.at ? a : b), null);
  return { rows, last, closed: closedAt(register, now) };
}

// The heads as counted last, in the queue or at the server; null while nobody has counted.
export function headsOf(register, queue) {
  const mine = queue.filter((i) => i.session === register.session && i.kind === "heads");
  const last = mine.reduce((a, b) => (a && a.at > b.at ? a : b), null);
  return last ? last.heads : register.heads;
}

// Why nobody can be tapped in now; "" while one can.
export function closedAt(register, now) {
  if (register.closed) return register.closed;
  if (now < register.opens) return "not_yet";
  return now > register.closes ? "day_over" : "";
}

// What the next tap on somebody would be; "" when they are done.
export function nextOf(row, register, closed) {
  if (closed) return "";
  if (!row.in) return "in";
  return register.needsOut && !row.out ? "out" : "";
}
