/** Run in a build: writes the image's record, of the root file system that is the first argument. */
import {recordImage} from '../../../engine/source/record-image.ts';
import {hostSystem} from '../../../engine/system/host.ts';

const [, , root] = process.argv;
recordImage(hostSystem(), root === undefined ? {} : {root});
