import type {BootReason, FailedDeployment} from './boot-reason.ts';
import type {DeploymentId} from './id.ts';

/**
 * Shown to everybody who logs in.
 * @see pam_motd(8)
 */
export const loginMessageFile = '/run/motd.d/slipway';

/** Undefined when a person who logs in need not be told. */
export function loginMessage(
	bootedId: DeploymentId,
	reason: BootReason | undefined,
): string | undefined {
	switch (reason?.kind) {
		case 'fell-back':
			return formatMessage(`This machine fell back to deployment ${bootedId}.`, reason.from);
		case 'last-resort':
			return formatMessage(
				`Deployment ${bootedId} runs although it failed: no other can be booted.`,
				reason.from,
			);
		default:
			return undefined;
	}
}

function formatMessage(first: string, from: readonly FailedDeployment[]): string {
	const lines = [first, ...from.map((failed) => `${describeFailed(failed)}.`)];
	return `${lines.join('\n')}\nSee slipway status.\n`;
}

/** `3f2a9c1b4d5e.2 failed 3 boots: health check 10-web failed`. */
export function describeFailed({id, attempts, reason}: FailedDeployment): string {
	const boots = attempts === 1 ? '1 boot' : `${attempts} boots`;
	return `${id} failed ${boots}: ${reason ?? 'the cause was not recorded (a panic, a hang, a power cut)'}`;
}
