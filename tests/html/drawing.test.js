// SPDX-License-Identifier: MIT
'use strict';

const assert = require('node:assert');
const { after, before, test } = require('node:test');
const { launch, quit, sectionText } = require('./browser.js');
const {
  CONNECTIONS,
  client,
  excerpt,
  failed,
  openOne,
  session,
  story,
  stream,
} = require('./fixture.js');

before(launch);
after(quit);

test('the diagram shows each call on its lanes, the fault, the time and the failing step', () =>
  openOne(failed('hello', { story: story() }), async (tab) => {
    assert.deepStrictEqual(
      await tab.$$eval('.names .lane-text', (nodes) => nodes.map((node) => node.lastChild.textContent)),
      ['client', 'wire', 'server', 'plugin'],
    );
    const labels = await tab.$$eval('.diagram .label, .diagram .band-text', (nodes) =>
      nodes.map((node) => node.lastChild.textContent),
    );
    for (const label of [
      'listens, backlog 5',
      'connect',
      'accept client',
      'send 5 "hello"',
      'recv 5 "hello"',
      'recv 5 "HELLO"',
      '1.024 s later (1.024 s since the beginning)',
      'recv(1024) = EINTR — injected fault',
      'send 8 ", WORLD\\n"',
      '✗ Step 3: expect "HELLO, World\\n" (13 bytes) — failed here',
      '✗ expect: byte 8 differs from what was expected',
    ]) {
      assert.ok(labels.includes(label), `${label} is not in ${labels.join(' | ')}`);
    }
    // What a receive takes goes on to the plugin, whose answer comes back through the server.
    const taken = await tab.$$eval('.diagram .head.request', (nodes) => nodes.length);
    assert.strictEqual(taken, 2 * 2 + 2 * 3);
    assert.strictEqual(await tab.locator('.diagram .bolt').count(), 1);
  }));

test('the list has the same as the diagram, and every call', () =>
  openOne(failed('hello', { story: story() }), async (tab) => {
    await tab.click('text="List"');
    assert.strictEqual(await tab.isVisible('.diagram'), false);
    const rows = await tab.$$eval('.events tbody tr', (nodes) =>
      nodes.map((node) => node.innerText.replace(/\s+/g, ' ').trim()),
    );
    assert.strictEqual(rows.length, story().events.length);
    assert.ok(rows.includes('0 ns server socket() = 0'), rows.join('\n'));
    assert.ok(rows.includes('1.024 s server:client recv(1024) = EINTR injected fault'), rows.join('\n'));
    assert.ok(rows.includes('0 ns server:client recv(1024) = 5 "hello" 5 bytes'), rows.join('\n'));
    assert.match(await tab.innerText('.events .step.bad'), /failed here/);
    await tab.click('text="Diagram"');
    assert.strictEqual(await tab.isVisible('.diagram'), true);
  }));

test('events that were left out leave a gap where they were', () => {
  const events = Array.from({ length: 240 }, (_, i) => ({
    at_ns: i,
    who: 'client',
    event: 'send',
    size: 1,
    result: 1,
    data: { length: 1, hex: '61' },
  }));
  return openOne(failed('long', { story: { omitted: 12345, events } }), async (tab) => {
    assert.match(await tab.innerHTML('.diagram'), /12,345 events left out here/);
    await tab.click('text=To the failure');
    assert.ok(await tab.$eval('.story .scroll', (box) => box.scrollTop > 0));
  });
});

test('a reply in several sends comes from the plugin once', () => {
  const send = (size, sent) => ({
    at_ns: 0,
    who: 'server:client',
    event: 'send',
    size,
    result: sent,
    data: { length: sent, hex: '61'.repeat(sent) },
  });
  return openOne(
    failed('parts', { story: { omitted: 0, events: [send(5, 2), send(3, 3), send(4, 4)] } }),
    async (tab) => {
      const starts = await tab.$$eval('.diagram circle.reply', (nodes) =>
        nodes.map((node) => Number(node.getAttribute('cx'))),
      );
      assert.strictEqual(starts.length, 3);
      assert.ok(starts[0] > starts[1] && starts[0] === starts[2], String(starts));
    },
  );
});

test('without a story the diagram is put together from totals, which is said', () =>
  openOne(failed('old'), async (tab) => {
    const text = await sectionText(tab, 'What happened');
    assert.match(text, /does not tell what happened call by call/);
    assert.match(text, /recv 5 "hello"/);
    assert.match(text, /recv 8 ", world\\n"/);
    assert.match(text, /reply 13 "HELLO, WORLD\\n"/);
  }));

test('the ruler shows the receives, and each byte with its cuts', () =>
  openOne(failed('hello', { story: story() }), async (tab) => {
    const text = await sectionText(tab, CONNECTIONS);
    assert.match(text, /client → server 13 bytes, taken by the server in 2 receives: 5 \+ 8\./);
    assert.match(
      text,
      /server → client 13 bytes, sent in 2 pieces: 5 \+ 8\. Byte 8 is not what was expected\./,
    );
    const [request, reply] = await tab.$$('figure');
    assert.deepStrictEqual(
      await request.$$eval('.block-text', (nodes) => nodes.map((node) => node.textContent)),
      ['5', '8'],
    );
    assert.deepStrictEqual(
      await request.$$eval('.tick-text', (nodes) => nodes.map((node) => node.textContent)),
      ['0', '5', '13'],
    );
    assert.deepStrictEqual(
      await request.$$eval('.cell.cut b', (nodes) => nodes.map((node) => node.textContent)),
      [','],
    );
    assert.strictEqual(await reply.$eval('.wrong-text', (node) => node.textContent), 'byte 8');
    assert.strictEqual(await reply.$eval('.cell.differs b', (node) => node.textContent), 'O');
  }));

test('a reply that is too short is marked at its end', () => {
  const short = failed('short', {
    clients: [client('client', 'hello', 'HEL', 'eof')],
    failure: { ...failed('short').failure, expected: excerpt('HELLO'), actual: excerpt('HEL') },
  });
  return openOne(short, async (tab) => {
    assert.match(await sectionText(tab, CONNECTIONS), /3 bytes\. Here it ends, where more was expected\./);
    assert.strictEqual(await tab.$eval('.cell.differs', (node) => node.title), 'the stream ends here');
  });
});

test('the ruler of 10 MB has marks at 1,024 bytes, and the wrong byte', () => {
  const size = 10 << 20;
  const big = failed('big', {
    clients: [
      {
        ...client('client', 'a'.repeat(256), 'A'.repeat(256)),
        sent: stream('a'.repeat(256), { length: size }),
        received: stream('A'.repeat(256), { length: size }),
      },
    ],
    sessions: [
      {
        ...session('client', 'a'.repeat(256), [[1024, 10240]]),
        bytes_received: size,
        received: stream('a'.repeat(256), { length: size }),
      },
    ],
    failure: {
      ...failed('big').failure,
      expected: excerpt('AAAAb', 7000000, size),
      actual: excerpt('AAAAB', 7000000, size),
    },
  });
  big.failure.actual.hash = big.clients[0].received.hash;
  return openOne(big, async (tab) => {
    assert.match(
      await sectionText(tab, CONNECTIONS),
      /10,485,760 bytes, taken by the server in 10,240 receives: 10,240 × 1,024\./,
    );
    assert.deepStrictEqual(
      await tab.$$eval('figure:first-of-type .boundary-text', (nodes) =>
        nodes.map((node) => node.textContent),
      ),
      ['1,024', '2,048', '3,072', '4,096', '5,120', '6,144', '7,168', '8,192'],
    );
    assert.strictEqual(await tab.$eval('.wrong-text', (node) => node.textContent), 'byte 7,000,004');
    assert.deepStrictEqual(
      await tab.$$eval('.cell.differs', (nodes) => nodes.map((node) => node.textContent)),
      ['7,000,004B42'],
    );
    assert.ok((await tab.evaluate(() => document.querySelectorAll('*').length)) < 2000);
  });
});

test('numbers that no run can have do not stop the page', () => {
  const odd = failed('odd', {
    sessions: [
      {
        ...session('client', 'hello', [
          [1, 9e15],
          [0, 9e15],
          [9e15, 1],
        ]),
        end: 'unheard-of',
      },
    ],
  });
  return openOne(odd, async (tab) => {
    assert.match(await sectionText(tab, CONNECTIONS), /For the server: unheard-of/);
  });
});

test('many connections are shown a few at a time, the wrong one first', () => {
  const names = Array.from({ length: 40 }, (_, i) => `c[${i}]`);
  const many = failed('many', {
    clients: [...names.map((name) => client(name, 'x', 'X')), client('odd', 'hello', 'HELLO, WORLD\n')],
    sessions: names.map((name) => session(name, 'x', [[1, 1]])),
    clients_omitted: 3,
  });
  return openOne(many, async (tab) => {
    assert.strictEqual(await tab.innerText('.connection h4 >> nth=0'), 'odd');
    assert.strictEqual(await tab.locator('.connection').count(), 6);
    await tab.click('text=Show 6 more connections of 35');
    assert.strictEqual(await tab.locator('.connection').count(), 12);
    assert.match(await sectionText(tab, CONNECTIONS), /leaves out 3 further connections/);
    assert.deepStrictEqual(await tab.$$eval('.names .lane-text', (nodes) => nodes.length), 5 + 3);
  });
});
