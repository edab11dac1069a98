// SPDX-License-Identifier: GPL-3.0-or-later
// The difference of DIR/a.json and DIR/b.json by two libraries: "NAME MICROSECONDS" a line.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [directory, rounds, modules] = process.argv.slice(2);
const require = createRequire(modules + "/");
const patch = require("fast-json-patch");
const micro = require("microdiff").default;
const read = (name) => JSON.parse(readFileSync(`${directory}/${name}.json`, "utf8"));
const [a, b] = [read("a"), read("b")];
const peers = { "fast-json-patch": patch.compare, microdiff: micro };

for (let i = 0; i < Number(rounds); i++)
	for (const [name, difference] of Object.entries(peers)) {
		const began = process.hrtime.bigint();
		const found = difference(a, b).length;
		console.log(name, Number(process.hrtime.bigint() - began) / 1000, found);
	}
