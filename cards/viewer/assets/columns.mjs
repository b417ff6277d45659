// The index of an exported page: columns of small numbers, which items are filtered, counted and ordered by.

const KINDS = { uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array, int32: Int32Array, float64: Float64Array };
const STEP = 0.25;
const MAX_GROUPS = 20;
let loading;

export function columns(bytes, json) {
  loading ??= json("columns").then(async ({ tables, splits, kinds }) => {
    const read = await Promise.all(
      Object.entries(kinds).map(async ([name, kind]) => [
        name,
        new KINDS[kind]((await bytes(`column-${name}`)).buffer),
      ]),
    );
    return { tables, splits, ...Object.fromEntries(read) };
  });
  return loading;
}

// The numbers of the selected items in their order, and what they are ordered by.
export function select(index, about, query, found) {
  const people = (value) => members(about, query.attribute, value);
  const group = query.attribute && query.group ? people(query.group) : null;
  const answer = query.answer ? Number(query.answer) : null;
  const split = query.split ? index.splits.indexOf(query.split) : null;
  const table = query.table ? index.tables.indexOf(query.table) : null;
  const low = query.low === undefined ? null : Number(query.low),
    high = query.high === undefined ? 99 : Number(query.high);
  const numbers = [];
  for (let n = 0; n < index.split.length; n++) {
    if (found && !found.has(n)) continue;
    if (split !== null && index.split[n] !== split) continue;
    if (table !== null && index.table[n] !== table) continue;
    if (low !== null && !(index.disagreement[n] >= low && index.disagreement[n] <= high)) continue;
    if ((answer !== null || group) && !judged(index, n, answer, group)) continue;
    numbers.push(n);
  }
  return ordered(index, about, query, numbers, people);
}

function ordered(index, about, query, numbers, people) {
  const disagreement = (n) => (index.disagreement[n] < 0 ? null : index.disagreement[n]);
  if (query.order === "difference") {
    const counts = new Set(about.index.answers.filter((one) => one.answer !== "abstain").map((one) => one.code));
    const one = people(query.group),
      other = people(query.other);
    const apart = new Map(numbers.map((n) => [n, difference(index, n, one, other, counts)]));
    const both = numbers.filter((n) => apart.get(n) !== null).sort((a, b) => apart.get(b) - apart.get(a) || a - b);
    return { numbers: both, figures: (n) => apart.get(n) };
  }
  if (query.order === "disagreement" || query.order === "agreement") {
    const sign = query.order === "disagreement" ? -1 : 1;
    const last = (n) => (disagreement(n) === null ? Infinity : sign * disagreement(n));
    return {
      numbers: numbers.sort((a, b) => (last(a) === last(b) ? a - b : last(a) - last(b))),
      figures: disagreement,
    };
  }
  return { numbers, figures: null };
}

// Who is in a group: 1 for each of its annotators.
function members(about, attribute, value) {
  return Uint8Array.from(about.people[attribute] ?? [], (one) => (String(one) === value ? 1 : 0));
}

function judged(index, n, answer, group) {
  for (let i = index.first[n]; i < index.first[n + 1]; i++) {
    if ((answer === null || index.answer[i] === answer) && (!group || group[index.annotator[i]])) return true;
  }
  return false;
}

// Total variation distance of two groups' answers to the question on which they are furthest apart; null if not both answered.
function difference(index, n, one, other, counts) {
  let largest = null;
  for (let i = index.first[n]; i < index.first[n + 1];) {
    const unit = index.unit[i],
      a = new Map(),
      b = new Map();
    let allA = 0,
      allB = 0;
    for (; i < index.first[n + 1] && index.unit[i] === unit; i++) {
      const answer = index.answer[i];
      if (!counts.has(answer)) continue;
      if (one[index.annotator[i]]) {
        a.set(answer, (a.get(answer) ?? 0) + 1);
        allA++;
      }
      if (other[index.annotator[i]]) {
        b.set(answer, (b.get(answer) ?? 0) + 1);
        allB++;
      }
    }
    if (!allA || !allB) continue;
    let distance = 0;
    for (const answer of new Set([...a.keys(), ...b.keys()])) {
      distance += Math.abs((a.get(answer) ?? 0) / allA - (b.get(answer) ?? 0) / allB) / 2;
    }
    largest = Math.max(largest ?? 0, distance);
  }
  return largest;
}

export function distributions(index, numbers) {
  const tables = new Map(),
    splits = new Map(),
    answers = new Map(),
    disagreement = new Map();
  const add = (counts, key) => counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const n of numbers) {
    add(tables, index.tables[index.table[n]]);
    add(splits, index.splits[index.split[n]]);
    if (index.disagreement[n] >= 0) add(disagreement, Math.floor(index.disagreement[n] / STEP) * STEP);
    const given = new Set(index.answer.subarray(index.first[n], index.first[n + 1]));
    for (const answer of given) add(answers, answer);
  }
  const sorted = (counts) => [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    total: numbers.length,
    tables: sorted(tables),
    splits: sorted(splits),
    answers: [...answers],
    disagreement: sorted(disagreement),
    changes: [],
    step: STEP,
  };
}

export function groups(index, about, numbers, attribute) {
  const values = about.people[attribute],
    found = new Map();
  for (const n of numbers) {
    for (let i = index.first[n]; i < index.first[n + 1]; i++) {
      const value = values[index.annotator[i]];
      if (value === null || value === undefined) continue;
      if (!found.has(value)) found.set(value, {});
      const counts = found.get(value);
      counts[index.answer[i]] = (counts[index.answer[i]] ?? 0) + 1;
    }
  }
  const size = (counts) => Object.values(counts).reduce((sum, n) => sum + n, 0);
  return [...found]
    .map(([group, answers]) => ({ group: String(group), answers }))
    .sort((a, b) => size(b.answers) - size(a.answers) || (a.group < b.group ? -1 : 1))
    .slice(0, MAX_GROUPS);
}
