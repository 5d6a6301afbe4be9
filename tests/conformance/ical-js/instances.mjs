// SPDX-License-Identifier: Apache-2.0
// The instances that ical.js finds: instances.mjs ICAL.JS <RULES. Each line is a JSON object {rule, start, until, most}
// with local times, without a zone. It is answered by a JSON array of the instances' local times, as many as `most` and
// none after `until`, or by a string that says what went wrong.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { Script } from "node:vm";

const { default: ICAL } = await import(pathToFileURL(process.argv[2]));

function instances({ rule, start, until, most }) {
  const found = [];
  const end = ICAL.Time.fromDateTimeString(until);
  const iterator = ICAL.Recur.fromString(rule).iterator(ICAL.Time.fromDateTimeString(start));
  while (found.length < most) {
    const each = iterator.next();
    if (!each || each.compare(end) > 0) break;
    found.push(each.toString());
  }
  return found;
}

// Of some rules it looks for the next instance without end.
const bounded = new Script("instances(question)");
globalThis.instances = instances;

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    globalThis.question = JSON.parse(line);
    answer = bounded.runInThisContext({ timeout: 10000 });
  } catch (error) {
    answer = `${error}`;
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
