// SPDX-License-Identifier: MIT
// Nodes, text and numbers. Whatever a report says comes into the page through these, as text: there is
// no innerHTML in these files.

const SVG = 'http://www.w3.org/2000/svg';

// What cannot be seen, turns the direction of what follows or is no character: controls, joiners, bidi.
const UNSEEN =
  /[\0-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb]|[\u{e0000}-\u{e0fff}]|\p{Cs}/gu;

// The words of others with all that is unseen made visible.
function visible(text) {
  return String(text).replace(UNSEEN, (found) => `\\u{${found.codePointAt(0).toString(16)}}`);
}

function put(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) {
      continue;
    }
    if (key.startsWith('on')) {
      node.addEventListener(key.slice(2), value);
    } else {
      node.setAttribute(key, value === true ? '' : visible(value));
    }
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) {
      node.append(child instanceof Node ? child : visible(child));
    }
  }
  return node;
}

// An element: h('p', { class: 'lead' }, 'text', node, [more]).
function h(name, attributes, ...children) {
  return put(document.createElement(name), attributes, children);
}

// The same of SVG.
function s(name, attributes, ...children) {
  return put(document.createElementNS(SVG, name), attributes, children);
}

// Puts other children into a node.
function fill(node, ...children) {
  node.replaceChildren();
  put(node, {}, children);
}

function byId(id) {
  return document.getElementById(id);
}

// 1,024: with a comma in front of every three digits.
function number(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

// The index of the last member that passes a test, or -1.
function lastIndex(list, test) {
  let i = list.length - 1;
  while (i >= 0 && !test(list[i])) {
    i--;
  }
  return i;
}

function count(value, one, many = `${one}s`) {
  return `${number(value)} ${value === 1 ? one : many}`;
}

function cut(text, length) {
  const letters = [...visible(text)];
  return letters.length > length
    ? `${letters.slice(0, Math.max(length - 1, 1)).join('')}…`
    : letters.join('');
}

// Nanoseconds for a person.
function duration(ns) {
  const units = [
    [86400e9, 'd'],
    [3600e9, 'h'],
    [60e9, 'min'],
    [1e9, 's'],
    [1e6, 'ms'],
    [1e3, 'µs'],
  ];
  const [size, name] = units.find(([unit]) => ns >= unit) ?? [1, 'ns'];
  return `${Number((ns / size).toFixed(3))} ${name}`;
}

// A box that scrolls sideways by itself, also by keyboard.
function scrollBox(label, ...children) {
  return h('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': label }, ...children);
}

function section(title, ...children) {
  return h('section', {}, h('h3', {}, title), ...children);
}

// Copies a text; says so in the button.
function copyButton(text) {
  const button = h('button', { type: 'button', class: 'copy' }, 'Copy');
  button.addEventListener('click', async () => {
    let done = false;
    try {
      await navigator.clipboard.writeText(text);
      done = true;
    } catch {
      // A page from a file may have no clipboard: then the selection is ready to be copied.
      const range = document.createRange();
      range.selectNodeContents(button.parentElement.querySelector('code'));
      getSelection().removeAllRanges();
      getSelection().addRange(range);
    }
    button.textContent = done ? 'Copied' : 'Selected';
    button.setAttribute('data-said', '');
  });
  button.addEventListener('blur', () => {
    button.textContent = 'Copy';
  });
  return button;
}
