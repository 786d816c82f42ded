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

// Those who are on no list: what the server said, and what waits on top of it; who was taken back is
// gone. `back`: whether the note may be taken back; `stays`: a leaving that never left the phone.
export function guestsOf(register, queue, now) {
  const mine = queue.filter((i) => i.session === register.session);
  const told = (register.walkIns ?? []).map(({ g, n, l, r, ...rest }) => ({
    id: g,
    name: n,
    last4: l,
    remark: r,
    ...rest,
  }));
  const ids = new Set(told.map((guest) => guest.id));
  const queued = mine
    .filter((i) => i.kind === "walk_in" && !ids.has(i.id))
    .map(({ id, name, last4, remark, at, tried }) => ({
      ...{ id, name, last4, remark, came: at, left: null, leaves: register.needsOut },
      ...{ item: true, undo: tried ? at + register.undoFor : Infinity },
    }));
  const closed = closedAt(register, now);
  return [...told, ...queued]
    .filter((guest) => !mine.some((i) => i.kind === "walk_in_back" && i.guest === guest.id))
    .map((guest) => {
      const outs = mine.filter((i) => i.kind === "walk_in_out" && i.guest === guest.id);
      const left = extreme([guest.left, ...outs.map((i) => i.at)], Math.min);
      return {
        ...guest,
        left,
        waits: Boolean(guest.item) || outs.length > 0,
        leaves: !closed && guest.leaves && left === null,
        stays: outs.length === 1 && !outs[0].tried ? outs[0].id : "",
        back: guest.undo > now,
      };
    });
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
