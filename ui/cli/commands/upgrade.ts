import {defineCommand} from '../command.ts';
import {runUpgrade, upgradeExitStatuses, upgradeOptions} from '../upgrade.ts';

export const command = defineCommand({
	description: [
		'Brings the image that this machine follows from where it comes from, and lets the next boot try it. The running system is not touched. If the new one does not come up in good health, the boot loader goes back to this one by itself.',
		'Layers that the machine knows are not fetched again, and one that is interrupted is taken up where it was. Credentials, mirrors, certificates and the policy of what may be fetched are those of podman: auth.json (also /etc/ostree/auth.json), registries.conf, certs.d, policy.json.',
	],
	options: upgradeOptions,
	positionals: {},
	examples: [
		['slipway upgrade', 'Bring the update, if there is one; it goes into effect at the next boot.'],
		['slipway upgrade --check', 'See whether there is one.'],
		['slipway upgrade --apply', 'Bring it, and reboot.'],
		[
			'slipway upgrade --apply --soft-reboot=auto',
			'Bring it, and start it in seconds where the kernel stays the same.',
		],
	],
	exitStatuses: upgradeExitStatuses,
	cleansUp: true,
	run: (context, {options}) => runUpgrade(context, 'upgrade', options),
});
