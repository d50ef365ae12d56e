import {coreRoom} from '../../engine/boot/grub/boot-images.ts';
import {seededUuid} from './identifiers.ts';
import {partitionNames} from './partition-names.ts';
import type {Partition} from './partition-table.ts';
import {partitionTypes} from './partition-types.ts';

/** Room for the core image that is in use and for another. */
export const biosBootSize: number = 2 * coreRoom;

/**
 * The first partition of a disk that a BIOS starts.
 * @param start in bytes
 */
export function biosBootPartition(seed: string, start: number): Partition {
	return {
		number: 1,
		start,
		size: biosBootSize,
		type: partitionTypes.biosBoot,
		uuid: seededUuid(seed, 'BIOS boot partition'),
		name: partitionNames.biosBoot,
	};
}
