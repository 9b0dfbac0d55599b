/** Runs a job with a value; of the values that come while it runs, only the newest is kept for the next time. */
export function newest<T>(job: (value: T) => Promise<unknown>): (value: T) => void {
  let next: { value: T } | undefined;
  let isRunning = false;
  const run = async () => {
    isRunning = true;
    try {
      while (next) {
        const { value } = next;
        next = undefined;
        await job(value);
      }
    } finally {
      isRunning = false;
    }
  };
  return (value) => {
    next = { value };
    if (!isRunning) void run();
  };
}
