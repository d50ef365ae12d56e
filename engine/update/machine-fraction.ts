import {createHmac} from 'node:crypto';

/** What a machine's own number is for; two purposes give numbers that have nothing in common. */
export type MachinePurpose = 'check' | 'rollout' | 'fleetlock';

/**
 * A number from 0 up to 1, 1 excluded: always the same for a machine and a purpose, spread evenly
 * over machines.
 * @param machineId as in /etc/machine-id
 */
export function machineFraction(machineId: string, purpose: MachinePurpose): number {
	return keyedHash(machineId, purpose).readUIntBE(0, 6) / 2 ** 48;
}

/** 32 hex digits that name the machine to others, without telling them its machine ID. */
export function machinePseudonym(machineId: string, purpose: MachinePurpose): string {
	return keyedHash(machineId, purpose).toString('hex', 0, 16);
}

/**
 * The machine ID is the key, as it is to be kept from others.
 * @see machine-id(5)
 */
function keyedHash(machineId: string, purpose: MachinePurpose): Buffer {
	return createHmac('sha256', machineId).update(`slipway ${purpose}`).digest();
}
