import {isHostname} from '../../bootstrap/system/hostname.ts';
import type {CarriedState, CarrySource} from './carried.ts';
import {openFile} from './carried-file.ts';

export async function carryHostname({old}: CarrySource): Promise<CarriedState> {
	const text = (await old.text('/etc/hostname')) ?? '';
	const name = text
		.split('\n')
		.map((line) => line.trim())
		.find((line) => line !== '' && !line.startsWith('#'));
	if (name === undefined) return {kind: 'hostname', taken: [], left: [], answers: {}};
	if (!isHostname(name))
		return {
			kind: 'hostname',
			taken: [],
			left: [`${JSON.stringify(name)} is no host name`],
			answers: {},
		};
	return {kind: 'hostname', taken: [name], left: [], answers: {hostname: name}};
}

/** It is the same machine, also for whoever knows it by that: leases, journals, monitoring. */
export async function carryMachineId({old}: CarrySource): Promise<CarriedState> {
	const id = (await old.text('/etc/machine-id'))?.trim() ?? '';
	if (!/^[0-9a-f]{32}$/.test(id)) return {kind: 'machine-id', taken: [], left: [], answers: {}};
	const file = openFile('/etc/machine-id', `${id}\n`, 0o444);
	return {kind: 'machine-id', taken: [id], left: [], answers: {files: [file]}};
}
