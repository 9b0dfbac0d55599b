import { begin, colour } from './canvas.js';

/** Draws square grey images `[N, side · side]`, flat, each pixel from 0, the paper, to 1, the ink: row after row of so many. */
export function drawImages(
  canvas: HTMLCanvasElement,
  images: ArrayLike<number>,
  { side, columns, isSmooth }: { side: number; columns: number; isSmooth: boolean },
): { context: CanvasRenderingContext2D; width: number; height: number } {
  const size = side * side;
  const rows = images.length / size / columns;
  const source = Object.assign(document.createElement('canvas'), { width: columns * side, height: rows * side });
  const small = source.getContext('2d')!;
  const picture = small.createImageData(source.width, source.height);
  const [paper, ink] = ['panel', 'text'].map((name) => rgbOf(small, colour(name)));
  for (let i = 0; i < images.length; i++) {
    const image = Math.floor(i / size);
    const x = (image % columns) * side + (i % side);
    const y = Math.floor(image / columns) * side + Math.floor((i % size) / side);
    const at = 4 * (y * source.width + x);
    for (let channel = 0; channel < 3; channel++)
      picture.data[at + channel] = paper[channel] + images[i] * (ink[channel] - paper[channel]);
    picture.data[at + 3] = 255;
  }
  small.putImageData(picture, 0, 0);
  const drawing = begin(canvas);
  const { context, width, height } = drawing;
  context.imageSmoothingEnabled = isSmooth;
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, 0, 0, width, height);
  return drawing;
}

/** The red, green and blue of an opaque colour, however a style sheet writes it. */
function rgbOf(context: CanvasRenderingContext2D, name: string): number[] {
  context.fillStyle = name;
  const hex = String(context.fillStyle);
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}
