/** Formats of disk images. */
export const diskFormats = ['raw'] as const;

export type DiskFormat = (typeof diskFormats)[number];
