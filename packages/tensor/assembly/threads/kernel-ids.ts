// The kernels whose work the threads of the pool share.
export const MAT_MUL: i32 = 0;
export const NETWORK_WEIGHTS: i32 = 1;
export const NETWORK_TILES: i32 = 2;
export const NETWORK_ADJOINTS: i32 = 3;
export const NETWORK_GRADIENTS: i32 = 4;
export const RANDOM: i32 = 5;
export const LSTM: i32 = 6;
export const LSTM_GRADIENT: i32 = 7;
export const ATTENTION: i32 = 8;
export const ATTENTION_GRADIENT: i32 = 9;
export const EPILOGUE_GRADIENT: i32 = 10;
export const SPLINES: i32 = 11;
export const SPLINES_GRADIENT: i32 = 12;
export const ADAM_SQUARES: i32 = 13;
export const ADAM_UPDATES: i32 = 14;
export const BERNOULLI: i32 = 15;
