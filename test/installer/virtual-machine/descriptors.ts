/** Descriptions of firmware, in the forms that distributions write them. */

interface Described {
	readonly code: string;
	readonly variables: string;
	readonly features?: readonly string[];
	readonly format?: string;
	readonly mode?: string;
	readonly architecture?: string;
	readonly machines?: readonly string[];
}

/** As Debian writes it: raw files, no mode. */
export function descriptor({
	code,
	variables,
	features = [],
	format = 'raw',
	mode,
	architecture = 'x86_64',
	machines = ['pc-i440fx-*', 'pc-q35-*'],
}: Described): string {
	return JSON.stringify({
		description: 'UEFI firmware of a test',
		'interface-types': ['uefi'],
		mapping: {
			device: 'flash',
			...(mode !== undefined && {mode}),
			executable: {filename: code, format},
			'nvram-template': {filename: variables, format},
		},
		targets: [{architecture, machines}],
		features,
		tags: [],
	});
}

/** As Fedora writes its newer ones. */
export function fedoraDescriptor(described: Described): string {
	return descriptor({...described, format: 'qcow2', mode: 'split', machines: ['pc-q35-*']});
}

/** Firmware for guests that measure it: all in memory, and nothing that is kept. */
export const memoryDescriptor = JSON.stringify({
	description: 'UEFI firmware for confidential guests',
	'interface-types': ['uefi'],
	mapping: {device: 'memory', filename: '/usr/share/edk2/ovmf/OVMF.amdsev.fd'},
	targets: [{architecture: 'x86_64', machines: ['pc-q35-*']}],
	features: ['amd-sev', 'amd-sev-es', 'amd-sev-snp'],
	tags: [],
});
