const INTERVAL = 16;

let last = 0;

/**
 * Lets signals, handlers and the screen have their turn, at most once in a frame's time: awaiting a backend that answers at once
 * runs microtasks only.
 */
export async function yieldToEventLoop(): Promise<void> {
  const now = performance.now();
  if (now - last < INTERVAL) return;
  await nextTask();
  last = performance.now();
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    // Node's, and not in the types of a browser.
    const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => void };
    if (setImmediate) {
      setImmediate(resolve);
      return;
    }
    // Browsers stretch repeated timeouts to 4 ms, a message comes at once.
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(null);
  });
}
