import {Refused} from '../../../engine/errors.ts';
import type {ContentSizes} from '../content-sizes.ts';
import {leastBootSpace} from '../minimum-sizes.ts';
import {formatSize} from '../size.ts';
import type {FoundBootPartition} from './found-boot.ts';

/** Where the boot loader goes, and where kernels and loader entries go. Numbers are those of partitions. */
export type BootPlace =
	/** The disk has no ESP: one is made, for all of it. */
	| {readonly kind: 'new-esp'}
	/** One that has room for all of it. */
	| {readonly kind: 'esp'; readonly esp: number}
	/** It has room for the boot loader: kernels and entries go on a new XBOOTLDR, or on one that is there. */
	| {readonly kind: 'new-xbootldr'; readonly esp: number}
	| {readonly kind: 'xbootldr'; readonly esp: number; readonly xbootldr: number};

/**
 * Decides by the boot partitions that stay. systemd-boot heeds one XBOOTLDR a disk, so where there is one
 * it has to do.
 * @param preferred numbers of partitions that somebody named
 */
export function chooseBootPlace(
	found: readonly FoundBootPartition[],
	sizes: ContentSizes,
	preferred: ReadonlySet<number>,
): BootPlace | Refused {
	const esps = found.filter(({kind}) => kind === 'esp');
	const xbootldr = found.find(({kind}) => kind === 'xbootldr');
	const esp = esps.find(({number}) => preferred.has(number)) ?? esps.find(isReadable) ?? esps[0];
	if (esp === undefined) {
		if (xbootldr === undefined) return {kind: 'new-esp'};
		return new Refused(
			'xbootldr-without-esp',
			`partition ${xbootldr.number} is an XBOOTLDR partition, and the disk has no ESP that belongs to it`,
			{hint: 'Remove one or make the other, or take another disk.'},
		);
	}
	const {state} = esp;
	if (state.kind === 'unreadable') return unusable(esp, state.why);
	if (xbootldr !== undefined) return choosePresentXbootldr(esp, xbootldr, sizes);
	if (state.freeBytes >= leastBootSpace(sizes)) return {kind: 'esp', esp: esp.number};
	if (state.freeBytes >= leastLoaderSpace(sizes)) return {kind: 'new-xbootldr', esp: esp.number};
	return tooFull(esp, leastLoaderSpace(sizes), state.freeBytes);
}

function choosePresentXbootldr(
	esp: FoundBootPartition,
	xbootldr: FoundBootPartition,
	sizes: ContentSizes,
): BootPlace | Refused {
	for (const [partition, needed] of [
		[xbootldr, leastBootSpace(sizes)],
		[esp, leastLoaderSpace(sizes)],
	] as const) {
		const {state} = partition;
		if (state.kind === 'unreadable') return unusable(partition, state.why);
		if (state.freeBytes < needed) return tooFull(partition, needed, state.freeBytes);
	}
	return {kind: 'xbootldr', esp: esp.number, xbootldr: xbootldr.number};
}

/** Clusters and folders besides, and the room that a newer copy needs beside the old one. */
const slack = 512 * 1024;

function leastLoaderSpace({loaderBytes}: ContentSizes): number {
	return 1.5 * loaderBytes + slack;
}

function isReadable({state}: FoundBootPartition): boolean {
	return state.kind === 'readable';
}

function describe({kind, number}: FoundBootPartition): string {
	return kind === 'esp' ? `partition ${number}, the ESP,` : `partition ${number}, XBOOTLDR,`;
}

function unusable(partition: FoundBootPartition, why: string): Refused {
	return new Refused('boot-partition-unreadable', `${describe(partition)} cannot be used: ${why}`, {
		hint: 'Have it checked by the system that it belongs to, or take another disk.',
	});
}

function tooFull(partition: FoundBootPartition, needed: number, free: number): Refused {
	return new Refused(
		'boot-partition-full',
		`${describe(partition)} has ${formatSize(free)} free, and ${formatSize(needed)} are needed`,
		{hint: 'Remove from it what no system needs any more, or take another disk.'},
	);
}
