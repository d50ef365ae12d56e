import type {Firmware, FlashFile, MachineArchitecture} from './firmware.ts';

type Kind = 'plain' | 'setup' | 'keys';
type Row = readonly [kind: Kind, code: string, variables: string];

/** Where there is no descriptor: Debian, Fedora, Arch, openSUSE, and what comes with QEMU itself. */
const rows: Readonly<Record<MachineArchitecture, readonly Row[]>> = {
	x86_64: [
		['keys', '/usr/share/OVMF/OVMF_CODE_4M.ms.fd', '/usr/share/OVMF/OVMF_VARS_4M.ms.fd'],
		['setup', '/usr/share/OVMF/OVMF_CODE_4M.secboot.fd', '/usr/share/OVMF/OVMF_VARS_4M.fd'],
		['plain', '/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_VARS_4M.fd'],
		[
			'keys',
			'/usr/share/edk2/ovmf/OVMF_CODE.secboot.fd',
			'/usr/share/edk2/ovmf/OVMF_VARS.secboot.fd',
		],
		['setup', '/usr/share/edk2/ovmf/OVMF_CODE.secboot.fd', '/usr/share/edk2/ovmf/OVMF_VARS.fd'],
		['plain', '/usr/share/edk2/ovmf/OVMF_CODE.fd', '/usr/share/edk2/ovmf/OVMF_VARS.fd'],
		['setup', '/usr/share/edk2/x64/OVMF_CODE.secboot.4m.fd', '/usr/share/edk2/x64/OVMF_VARS.4m.fd'],
		['plain', '/usr/share/edk2/x64/OVMF_CODE.4m.fd', '/usr/share/edk2/x64/OVMF_VARS.4m.fd'],
		[
			'keys',
			'/usr/share/qemu/ovmf-x86_64-smm-ms-code.bin',
			'/usr/share/qemu/ovmf-x86_64-smm-ms-vars.bin',
		],
		[
			'setup',
			'/usr/share/qemu/ovmf-x86_64-smm-code.bin',
			'/usr/share/qemu/ovmf-x86_64-smm-vars.bin',
		],
		['plain', '/usr/share/qemu/ovmf-x86_64-code.bin', '/usr/share/qemu/ovmf-x86_64-vars.bin'],
		['setup', '/usr/share/qemu/edk2-x86_64-secure-code.fd', '/usr/share/qemu/edk2-i386-vars.fd'],
		['plain', '/usr/share/qemu/edk2-x86_64-code.fd', '/usr/share/qemu/edk2-i386-vars.fd'],
	],
	aarch64: [
		['plain', '/usr/share/AAVMF/AAVMF_CODE.fd', '/usr/share/AAVMF/AAVMF_VARS.fd'],
		[
			'plain',
			'/usr/share/edk2/aarch64/QEMU_EFI-pflash.raw',
			'/usr/share/edk2/aarch64/vars-template-pflash.raw',
		],
		['plain', '/usr/share/edk2/aarch64/QEMU_CODE.fd', '/usr/share/edk2/aarch64/QEMU_VARS.fd'],
		['plain', '/usr/share/qemu/aavmf-aarch64-code.bin', '/usr/share/qemu/aavmf-aarch64-vars.bin'],
		['plain', '/usr/share/qemu/edk2-aarch64-code.fd', '/usr/share/qemu/edk2-arm-vars.fd'],
	],
};

/** Firmware that may be there, best first. */
export function knownFirmware(architecture: MachineArchitecture): Firmware[] {
	return rows[architecture].map(([kind, code, variables]) => ({
		code: rawFile(code),
		variables: rawFile(variables),
		hasSecureBoot: kind !== 'plain',
		hasKeys: kind === 'keys',
		needsSmm: kind !== 'plain' && architecture === 'x86_64',
	}));
}

function rawFile(path: string): FlashFile {
	return {path, format: 'raw'};
}
