// SPDX-License-Identifier: MIT
// node compare.js FOLDER REPORT: whether every scenario of FOLDER ended as the file beside it says.
// For each NAME.json there is a NAME.expected; it holds a block of lines for each result (several
// where NAME.json has a matrix). With --write in front, the .expected files are written instead of
// compared: look at what changed before it is committed.
"use strict";
const fs = require("fs");
const path = require("path");

function describe(result) {
    const failure = result.failure;
    const lines = [`id: ${result.id}`, `verdict: ${result.verdict}`];
    if (result.world !== "both") {
        lines.push(`world: ${result.world}`);
    }
    if (result.divergence) {
        lines.push(`divergence: ${JSON.stringify(result.divergence)}`);
    }
    if (result.note !== undefined) {
        lines.push(`note: ${result.note}`);
    }
    if (failure) {
        const rounds = failure.iteration.length > 0 ? ` in round ${failure.iteration}` : "";
        lines.push(`step: ${failure.step}${rounds}`, `sentence: ${failure.sentence}`);
        for (const side of ["expected", "actual"]) {
            if (failure[side] !== null) {
                lines.push(`${side}: ${JSON.stringify(failure[side])}`);
            }
        }
    }
    return lines.join("\n") + "\n";
}

function fail(name, sentence, expected, actual) {
    console.log(`${name}: ${sentence}`);
    if (expected !== undefined) {
        const shown = (sign, text) => text.replace(/^(?=.)/gm, sign);
        console.log(shown("- ", expected) + shown("+ ", actual));
    }
    process.exitCode = 1;
}

function read(name) {
    return fs.existsSync(name) ? fs.readFileSync(name, "utf8") : undefined;
}

const write = process.argv[2] === "--write";
const [folder, report] = process.argv.slice(write ? 3 : 2);
const results = JSON.parse(fs.readFileSync(report, "utf8")).results;
const files = fs.readdirSync(folder).sort();
const names = files.filter(file => file.endsWith(".json") && file !== "suite.json")
    .map(file => path.basename(file, ".json"));
let compared = 0;

for (const name of names) {
    const own = results.filter(({id}) => id === name || id.startsWith(name + "#"));
    const file = path.join(folder, name + ".expected");
    const actual = own.map(describe).join("\n");
    if (write) {
        fs.writeFileSync(file, actual);
        continue;
    }
    const expected = read(file);
    compared += own.length;
    if (own.length === 0) {
        fail(name, "the report has no result");
    } else if (expected === undefined) {
        fail(name, "there is no .expected file", "", actual);
    } else if (expected !== actual) {
        fail(name, "ended otherwise than expected", expected, actual);
    }
}
for (const file of files.filter(file => file.endsWith(".expected"))) {
    if (!names.includes(path.basename(file, ".expected"))) {
        fail(file, "there is no scenario of that name");
    }
}
if (!write && compared !== results.length) {
    fail(folder, `the report has ${results.length} results, of which ${compared} were compared`);
}
