// SPDX-License-Identifier: MIT
// node validate-scenarios.js SCENARIOS BAD TABLE
//
// Holds the schemas of the folder SCENARIOS against what the loader does (ajv, draft-07):
//   - the schemas are valid, and every object in them is closed and every key described;
//   - every scenario and suite.json below SCENARIOS is accepted;
//   - for every file of the corpus BAD, whose .expected file says what the loader answers: what the
//     schema refuses is in row `schema`, and what it lets pass is in a row of the table in the file
//     TABLE; every row there has a file.
// Each of these must be able to fail: `--canary` turns the expectations of the corpus round and must
// find a problem with every file. Says what is wrong; exits 1 when anything was, 2 when it was called
// wrongly. Debian's ajv needs NODE_PATH=/usr/share/nodejs.
'use strict';

const fs = require('fs');
const path = require('path');
const Ajv = require('ajv');

const problems = [];

function complain(where, sentence) {
  problems.push(`${where}: ${sentence}`);
}

function read(file) {
  return JSON.parse(fs.readFileSync(file, 'utf8'));
}

function validators(folder) {
  const scenario = read(path.join(folder, 'scenario.schema.json'));
  const suite = read(path.join(folder, 'suite.schema.json'));
  const ajv = new Ajv({ allErrors: false, jsonPointers: true, strictKeywords: true });
  ajv.addSchema(scenario, 'scenario.schema.json');
  for (const schema of [scenario, suite]) {
    if (!ajv.validateSchema(schema)) {
      complain(schema.title, `is no valid schema: ${ajv.errorsText()}`);
    }
  }
  return {
    schemas: { scenario, suite },
    scenario: ajv.getSchema('scenario.schema.json'),
    suite: ajv.compile(suite),
  };
}

// Objects that name their keys are closed, and an editor has something to show for each key.
function checkShape(schema, where) {
  if (schema === null || typeof schema !== 'object') {
    return;
  }
  if (!Array.isArray(schema) && schema.type === 'object' && schema.additionalProperties === undefined) {
    complain(where, 'an open object');
  }
  if (!Array.isArray(schema) && schema.type === 'object' && schema.properties) {
    for (const [key, member] of Object.entries(schema.properties)) {
      if (!member.description && !member.$ref) {
        complain(`${where}/properties/${key}`, 'no description');
      }
    }
  }
  for (const [key, member] of Object.entries(schema)) {
    checkShape(member, `${where}/${key}`);
  }
}

function shipped(folder) {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      return shipped(file);
    }
    return entry.name.endsWith('.json') && !entry.name.endsWith('.schema.json') ? [file] : [];
  });
}

function checkShipped(folder, validate) {
  const files = shipped(folder);
  for (const file of files) {
    const check = path.basename(file) === 'suite.json' ? validate.suite : validate.scenario;
    if (!check(read(file))) {
      const error = check.errors[0];
      complain(file, `is refused by the schema: ${error.dataPath || '/'} ${error.message}`);
    }
  }
  return files.length;
}

// The first column of every row that begins with a name in backquotes.
function tableRows(file) {
  const rows = new Set();
  for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
    const match = /^\| `([a-z0-9-]+)` \|/.exec(line);
    if (match && rows.has(match[1])) {
      complain(file, `the row ${match[1]} stands twice`);
    }
    if (match) {
      rows.add(match[1]);
    }
  }
  return rows;
}

// What the schema makes of a file: it cannot speak of what is not JSON.
function verdict(file, validate) {
  let value;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(fs.readFileSync(file)));
  } catch (error) {
    return 'not-json';
  }
  return validate.scenario(value) ? 'accepted' : 'refused';
}

function corpusProblem(answer, row, messages, rows) {
  if (messages === 0) {
    return 'the loader accepts it';
  }
  if (row === 'schema') {
    return answer === 'refused' ? '' : 'row schema, but the schema does not refuse it';
  }
  if (!rows.has(row)) {
    return `the row ${row} is not in the table`;
  }
  return answer === 'refused' ? `the schema refuses it, so its row is schema, not ${row}` : '';
}

function checkCorpus(folder, validate, table, canary) {
  const rows = tableRows(table);
  const used = new Set();
  const files = fs.readdirSync(folder).filter((name) => name.endsWith('.json'));
  let found = 0;
  for (const name of files) {
    const file = path.join(folder, name);
    const lines = fs.readFileSync(file.replace(/json$/, 'expected'), 'utf8').split('\n').filter(Boolean);
    const row = lines[0].replace(/^row: /, '');
    const answer = verdict(file, validate);
    const asked = canary ? (row === 'schema' ? 'no-such-row' : 'schema') : row;
    const problem = corpusProblem(answer, asked, lines.length - 1, rows);
    used.add(row);
    if (problem) {
      found++;
      complain(file, problem);
    }
  }
  for (const row of rows) {
    if (!used.has(row)) {
      complain(table, `no file of the corpus shows the row ${row}`);
    }
  }
  return { files: files.length, found };
}

function main(args) {
  const canary = args[0] === '--canary';
  const [scenarios, bad, table] = canary ? args.slice(1) : args;
  if (!table) {
    console.error('usage: node validate-scenarios.js [--canary] SCENARIOS BAD TABLE');
    return 2;
  }
  const validate = validators(scenarios);
  checkShape(validate.schemas.scenario, 'scenario.schema.json');
  checkShape(validate.schemas.suite, 'suite.schema.json');
  const good = checkShipped(scenarios, validate);
  const corpus = checkCorpus(bad, validate, table, canary);
  if (canary) {
    console.log(`${corpus.found} of ${corpus.files} wrong expectations were noticed`);
    return corpus.found === corpus.files && corpus.files > 0 ? 0 : 1;
  }
  problems.forEach((problem) => console.error(problem));
  console.log(`${good} scenarios accepted, ${corpus.files} bad files, ${problems.length} problems`);
  return problems.length === 0 && good > 0 && corpus.files > 0 ? 0 : 1;
}

process.exit(main(process.argv.slice(2)));
