// SPDX-License-Identifier: MIT
// node seeds.js TRACE stream|datagram FOLDER
//
// Seeds for raw targets, of a trace (sockdrill run --trace): what the server received in each scenario,
// every session's stream, or every datagram. Each becomes a file in FOLDER, named after its SHA-1; what
// the trace does not hold whole (256 bytes of each piece) ends there. Prints how many there are.
'use strict';

const crypto = require('crypto');
const fs = require('fs');

const LONGEST = 4096;

// The seeds of one scenario.
function seedsOf(events, kind) {
  const streams = new Map();
  const datagrams = [];
  for (const { event, who, data } of events) {
    if (!data || !who.startsWith('server')) {
      continue;
    }
    const bytes = Buffer.from(data.hex, 'hex');
    if (event === 'recvfrom') {
      datagrams.push(bytes);
    } else if (event === 'recv') {
      streams.set(who, Buffer.concat([streams.get(who) || Buffer.alloc(0), bytes]));
    }
  }
  return kind === 'stream' ? [...streams.values()] : datagrams;
}

function main(trace, kind, folder) {
  if (!folder || !['stream', 'datagram'].includes(kind)) {
    console.error('usage: node seeds.js TRACE stream|datagram FOLDER');
    return 2;
  }
  const seeds = new Map();
  for (const { events } of JSON.parse(fs.readFileSync(trace, 'utf8')).scenarios) {
    for (const bytes of seedsOf(events, kind)) {
      const seed = bytes.subarray(0, LONGEST);
      if (seed.length > 0) {
        seeds.set(crypto.createHash('sha1').update(seed).digest('hex'), seed);
      }
    }
  }
  for (const [name, seed] of seeds) {
    fs.writeFileSync(`${folder}/${name}`, seed);
  }
  console.log(seeds.size);
  return seeds.size > 0 ? 0 : 1;
}

process.exit(main(...process.argv.slice(2)));
