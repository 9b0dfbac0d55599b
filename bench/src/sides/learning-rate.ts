/** So small that thousands of steps on one batch leave the model where it is: one that has learnt the batch by heart overflows. */
export const LEARNING_RATE = 1e-6;
