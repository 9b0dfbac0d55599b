/** A field that the kernels write themselves: the TypeScript side need not know of it. */
declare function internal(prototype: object, field: string): void;
