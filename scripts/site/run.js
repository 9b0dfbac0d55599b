// Runs the programs of the site's pages where they stand: each in a worker of its own, whose console is shown below it.
const inWorker = `
const show = (value, isInside = false) => {
  if (typeof value === 'string') return isInside ? "'" + value + "'" : value;
  if (ArrayBuffer.isView(value)) return value.constructor.name + '(' + value.length + ') ' + show([...value], true);
  if (Array.isArray(value)) {
    const shown = value.slice(0, 100).map((item) => show(item, true));
    const rest = value.length > 100 ? [value.length - 100 + ' more'] : [];
    return value.length === 0 ? '[]' : '[ ' + [...shown, ...rest].join(', ') + ' ]';
  }
  if (value instanceof Error) return value.name + ': ' + value.message;
  if (value && typeof value === 'object')
    return '{ ' + Object.entries(value).map(([key, item]) => key + ': ' + show(item, true)).join(', ') + ' }';
  return String(value);
};
const say = (...values) => postMessage({ line: values.map((value) => show(value)).join(' ') });
Object.assign(console, { log: say, warn: say, error: say });
onmessage = async ({ data }) => {
  try {
    await import(URL.createObjectURL(new Blob([data], { type: 'text/javascript' })));
    postMessage({ end: 'done' });
  } catch (error) {
    postMessage({ end: show(error) });
  }
};
`;

function run(button) {
  const output = button.nextElementSibling;
  const folder = new URL('runner/', new URL(document.documentElement.dataset.base, location.href));
  const lines = [];
  const print = (line) => {
    lines.push(line);
    output.textContent = lines.join('\n');
  };
  const url = URL.createObjectURL(new Blob([inWorker], { type: 'text/javascript' }));
  const worker = new Worker(url, { type: 'module' });
  const end = (said) => {
    worker.terminate();
    URL.revokeObjectURL(url);
    button.disabled = false;
    button.textContent = 'Run again';
    output.dataset.end = said;
    if (said !== 'done') print(said);
    else if (lines.length === 0) print('Done: it prints nothing.');
  };
  button.disabled = true;
  delete output.dataset.end;
  output.hidden = false;
  output.textContent = 'Running …';
  worker.addEventListener('message', ({ data }) => ('line' in data ? print(data.line) : end(data.end)));
  worker.addEventListener('error', ({ message }) => end(message || 'This browser runs no modules in workers.'));
  worker.postMessage(button.dataset.program.replaceAll('runner:', folder.href));
}

document.addEventListener('click', ({ target }) => {
  if (target instanceof HTMLButtonElement && target.dataset.program !== undefined) run(target);
});
