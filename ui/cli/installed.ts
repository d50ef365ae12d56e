import type {InstallPlan} from '../../installer/plan.ts';

/** What came of an installation, in one line. */
export function formatInstalled({disks: [disk], image, deployment}: InstallPlan): string {
	return `${disk.path} boots ${image.reference ?? 'the image'} now, as deployment ${deployment.id}`;
}

/**
 * What opens the disk when all else fails, for somebody to write down.
 * @param code the same as a QR code, where that can be shown
 */
export function formatRecoveryKey(key: string, code: readonly string[]): string {
	return [
		'',
		'Recovery key. It opens the disk when all else fails, and is shown only now:',
		'',
		`    ${key}`,
		'',
		...(code.length === 0 ? [] : [...code, '']),
	].join('\n');
}
