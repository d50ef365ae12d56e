import type {InstallPlan} from '../../installer/plan.ts';

/** What came of an installation, in one line. */
export function formatInstalled({disks: [disk], image, deployment}: InstallPlan): string {
	return `${disk.path} boots ${image.reference ?? 'the image'} now, as deployment ${deployment.id}`;
}
