import type {DiskFormat} from './format.ts';
import {gce} from './gce.ts';
import {ova} from './ova.ts';
import {qcow2} from './qcow2.ts';
import {vhd} from './vhd.ts';
import {vhdx} from './vhdx.ts';
import {vmdk} from './vmdk.ts';

/** The formats that a raw disk is converted to, by the names that QEMU has for them where it knows them. */
export const diskFormats = {qcow2, vmdk, vhdx, vpc: vhd, gce, ova} satisfies Record<
	string,
	DiskFormat
>;

export type DiskFormatName = keyof typeof diskFormats;

/** What the size of a disk has to be a multiple of to be written in all of these. */
export function sizeMultipleFor(formats: readonly DiskFormatName[]): number {
	// Each divides the next larger.
	return Math.max(512, ...formats.map((format) => diskFormats[format].sizeMultiple));
}
