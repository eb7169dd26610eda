// In the page at /docs, with `token` and `examples` (by operation id, the first body that the document has) given before: opens each operation
// that has a body, looks at what is filled in, and executes it. The title says how it went.
const until = async (what, find) => {
  for (let tries = 0; tries < 1000; tries += 1) {
    const found = find();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`there is no ${what}`);
};
/** As somebody types: React looks at the setter of its own. */
const type = (input, text) => {
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(input), 'value').set.call(input, text);
  input.dispatchEvent(new Event('input', { bubbles: true }));
  input.dispatchEvent(new Event('change', { bubbles: true }));
};

let taskId = '';
let executed = 0;

const fill = (block) => {
  for (const input of block.querySelectorAll('tr[data-param-in="path"] input')) type(input, taskId);
};

const execute = async (id, block) => {
  const part = (selector) => block.querySelector(`.live-responses-table tr.response ${selector}`);
  block.querySelector('.opblock-summary-control').click();
  await until(`button of ${id}`, () => block.querySelector('.execute'));
  const example = examples[id];
  const body = example && (await until(`body of ${id}`, () => block.querySelector('textarea.body-param__text')));
  if (body && JSON.stringify(JSON.parse(body.value)) !== JSON.stringify(example)) throw new Error(`${id} has ${body.value}`);
  let looks = 0;
  // A click before the page has taken in what was typed does nothing: it is done again.
  const text = await until(`answer of ${id}`, () => {
    if (looks++ % 20 === 0) fill(block);
    if (looks % 20 === 10) block.querySelector('.execute').click();
    return part('.response-col_description')?.textContent;
  });
  const status = part('.response-col_status').textContent.trim().slice(0, 3);
  if (id === 'createTask') taskId = /"id": ?"([0-9a-f-]{36})"/.exec(text)?.[1] ?? '';
  // Whatever state this task is in: nothing is refused for its shape, nor for who asks.
  const succeeds = ['createTask', 'getTask', 'updateTask', 'deleteTask', 'createToolKey'].includes(id);
  const isRefused = /^40[13]/.test(status) || (!status.startsWith('2') && /VALIDATION_FAILED|FIELD_UNAVAILABLE|INTERNAL/.test(text));
  if (isRefused || !(succeeds ? /^2/ : /^[2345]/).test(status)) throw new Error(`${id} is answered with ${status} ${text.slice(0, 500)}`);
  executed += 1;
  block.querySelector('.opblock-summary-control').click();
};

(async () => {
  await until('page', () => document.querySelector('.opblock'));
  (await until('Authorize', () => document.querySelector('.auth-wrapper .btn.authorize'))).click();
  const form = await until('form for the token', () => document.querySelector('.auth-container'));
  type(form.querySelector('input'), token);
  form.querySelector('.btn.authorize').click();
  (await until('Close', () => document.querySelector('.auth-container .btn-done'))).click();
  const blocks = new Map([...document.querySelectorAll('.opblock')].map((block) => [block.id.split('-').at(-1), block]));
  // What has a body, and for the task that the first one makes a look and its end.
  const inOrder = new Set(['createTask', 'getTask', ...Object.keys(examples)]);
  for (const id of [...inOrder, 'deleteTask']) await execute(id, await until(id, () => blocks.get(id)));
  document.title = `done: ${executed} operations, tried out`;
})().catch((error) => {
  document.title = `failed: ${error.message}`;
});
