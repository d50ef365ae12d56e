import {imageNameSyntax, parseImageName} from '../../../engine/update/image-name.ts';
import {defineCommand} from '../command.ts';
import {runUpgrade, systemPlaces, upgradeExitStatuses, upgradeOptions} from '../upgrade.ts';

export const command = defineCommand({
	description: [
		'Makes this machine follow another image: brings it, lets the next boot try it, and takes later updates from there. /etc, /var and the kernel arguments that are the machine’s own stay.',
		'An update that is staged gives way. slipway rollback leads back, to the image that was followed before too.',
	],
	options: upgradeOptions,
	positionals: {IMAGE: {help: `${imageNameSyntax}. Paths are absolute.`}},
	examples: [
		['slipway switch registry.example.com/myos:next', 'Follow another tag.'],
		['slipway switch oci-archive:/srv/myos.tar', 'Take the image from a file.'],
	],
	exitStatuses: upgradeExitStatuses,
	cleansUp: true,
	async run(context, {options, positionals}) {
		const image = await parseImageName(positionals.IMAGE, systemPlaces());
		return runUpgrade(context, 'switch', options, image);
	},
});
