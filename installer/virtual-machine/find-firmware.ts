import {existsSync} from 'node:fs';
import path from 'node:path';
import {Lacking} from '../../engine/errors.ts';
import {namesIn} from '../../engine/system/read-folder.ts';
import {readText} from '../../engine/system/read-text.ts';
import {type Firmware, type MachineArchitecture, parseFirmwareDescriptor} from './firmware.ts';
import {knownFirmware} from './known-firmware.ts';

/** Whose keys the firmware has: those it came with, or none until the disk brings its own. */
export const secureBootKeys = ['enrolled', 'setup'] as const;
export type SecureBootKeys = (typeof secureBootKeys)[number];

/** Descriptors by the distribution, the administrator and the person; a later one of the same name counts. */
export function firmwareFolders(env: NodeJS.ProcessEnv): string[] {
	const {XDG_CONFIG_HOME: config, HOME: home} = env;
	const own = config || (home && path.join(home, '.config'));
	return [
		...['/usr/share/qemu/firmware', '/etc/qemu/firmware'],
		...(own ? [path.join(own, 'qemu/firmware')] : []),
	];
}

/**
 * All firmware that is there for a type of machine, best first: as the descriptors are ordered, and then what
 * lies in the places that are known.
 * @throws DamagedInput when a descriptor is none
 */
export async function findFirmware(
	architecture: MachineArchitecture,
	folders: readonly string[],
): Promise<Firmware[]> {
	const places = new Map<string, string>();
	for (const folder of folders)
		for (const name of await namesIn(folder))
			if (name.endsWith('.json')) places.set(name, path.join(folder, name));
	const described: Firmware[] = [];
	for (const [, place] of [...places].sort(([a], [b]) => (a < b ? -1 : 1))) {
		const text = (await readText(place)) ?? '';
		// An empty one hides those of its name.
		if (text.trim() === '') continue;
		const firmware = parseFirmwareDescriptor(text, architecture, place);
		if (firmware !== undefined) described.push(firmware);
	}
	return [...described, ...knownFirmware(architecture)].filter(
		({code, variables}) => existsSync(code.path) && existsSync(variables.path),
	);
}

/** @throws Lacking `no-firmware` */
export function chooseFirmware(
	found: readonly Firmware[],
	architecture: MachineArchitecture,
	secureBoot: SecureBootKeys | undefined,
): Firmware {
	const chosen =
		secureBoot === undefined
			? // Without keys it refuses nothing.
				(found.find(({hasSecureBoot}) => !hasSecureBoot) ?? found.find(({hasKeys}) => !hasKeys))
			: found.find((one) => one.hasSecureBoot && one.hasKeys === (secureBoot === 'enrolled'));
	if (chosen !== undefined) return chosen;
	const which = {enrolled: ' with Secure Boot and keys', setup: ' with Secure Boot and no keys'};
	const kind = secureBoot === undefined ? '' : which[secureBoot];
	throw new Lacking('no-firmware', `there is no UEFI firmware${kind} for virtual machines here`, {
		hint:
			secureBoot !== undefined && found.length > 0
				? `Leave --secure-boot out, or try --secure-boot ${secureBoot === 'setup' ? 'enrolled' : 'setup'}.`
				: firmwareHints[architecture],
	});
}

const firmwareHints: Readonly<Record<MachineArchitecture, string>> = {
	x86_64:
		'Install ovmf (Debian, Ubuntu), edk2-ovmf (Fedora, Arch) or qemu-ovmf-x86_64 (openSUSE); or boot by --firmware bios.',
	aarch64:
		'Install qemu-efi-aarch64 (Debian, Ubuntu), edk2-aarch64 (Fedora, Arch) or qemu-uefi-aarch64 (openSUSE).',
};
