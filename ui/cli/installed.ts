import type {Secret} from '../../installer/answers/secret.ts';
import type {InstallPlan} from '../../installer/plan.ts';

/** What came of an installation, in one line. */
export function formatInstalled({disks: [disk], image, deployment}: InstallPlan): string {
	return `${disk.path} boots ${image.reference ?? 'the image'} now, as deployment ${deployment.id}`;
}

/** What opens the disk when all else fails, for somebody to write down. */
export function formatRecoveryKey(key: Secret): string {
	return [
		'',
		'Recovery key. It opens the disk when all else fails, and is shown only now:',
		'',
		`    ${key.reveal()}`,
		'',
	].join('\n');
}
