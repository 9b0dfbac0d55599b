// Viridis at 9 places, between which it is nearly straight: told apart with every kind of colour vision, and in grey.
// Source: Smith & van der Walt 2015, matplotlib's colour map `viridis`.
const STOPS = ['440154', '482878', '3e4a89', '31688e', '26828e', '1f9e89', '35b779', '6ece58', 'b5de2b', 'fde725'].map(
  (hex) => [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)),
);

/** 256 colours as red, green, blue. */
export const viridis: Uint8Array = Uint8Array.from({ length: 3 * 256 }, (_, i) => {
  const at = (Math.floor(i / 3) / 255) * (STOPS.length - 1);
  const below = Math.min(Math.floor(at), STOPS.length - 2);
  return Math.round(STOPS[below][i % 3] + (at - below) * (STOPS[below + 1][i % 3] - STOPS[below][i % 3]));
});
