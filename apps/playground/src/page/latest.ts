/** A function that runs at most once a frame of the screen, however often it is called. */
export function latest(f: () => void): () => void {
  let isWaiting = false;
  return () => {
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(() => {
      isWaiting = false;
      f();
    });
  };
}
