/** node upgrade-process.ts ROOT ESP: upgrades a made machine, for a test that kills it. */
import {upgradeMachine} from '../../../engine/update/upgrade.ts';
import {machineSystem} from '../deployment/made-machine.ts';

const [root = '', esp = ''] = process.argv.slice(2);
await upgradeMachine(
	machineSystem(esp),
	{name: 'upgrade', until: 'staged', places: {root, environment: {}, includesHome: false}},
	root,
);
