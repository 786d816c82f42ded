// A signed sheet typed in without the mouse: arrows go from tick to tick, Enter ticks and goes down.

const area = document.querySelector("[data-ticks]");

/** The ticks of the table as rows; a line whose sign is recorded already has an empty place. */
function grid() {
  return [...area.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("td:nth-of-type(n + 3)")].map((cell) => cell.querySelector("[data-tick]")));
}

/** The nearest tick from (row, column) in steps of (down, right), or nothing. */
function next(rows, row, column, down, right) {
  for (let r = row + down, c = column + right; rows[r] && c >= 0 && c < rows[r].length; r += down, c += right) {
    if (rows[r][c]) return rows[r][c];
  }
  return null;
}

const STEPS = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1], Enter: [1, 0] };

area?.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  if (!step || !event.target.matches("[data-tick]")) return;
  event.preventDefault();
  if (event.key === "Enter") event.target.checked = true;
  const rows = grid();
  const row = rows.findIndex((ticks) => ticks.includes(event.target));
  next(rows, row, rows[row].indexOf(event.target), ...step)?.focus();
});
