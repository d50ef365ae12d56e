import {Refused} from '../errors.ts';

/** For what only a deployment can be asked to do. */
export function notDeployed(): Refused {
	return new Refused('not-deployed', 'this is not a machine that slipway installed', {
		hint: 'Run it on the machine itself; see slipway status.',
	});
}
