/** A field that the kernels write themselves: the TypeScript side need not know of it. */
declare function internal(prototype: object, field: string): void;

/** Whether the build's register tiles are shaped for 256-bit vectors, which V8 makes of neighbouring 128-bit ones. */
declare const WIDE: i32;
