/** How every run is optimized: Adam, from this rate down to 0 along a cosine. */
export const LEARNING_RATE = 5e-3;
export const CLIP_NORM = 10;
export const BATCH_SIZE = 256;
