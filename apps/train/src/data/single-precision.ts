/** The largest number of float32, in which models compute. */
export const LARGEST = 3.4028234663852886e38;
/** Float32's smallest number with all its digits. */
export const SMALLEST = 2 ** -126;
